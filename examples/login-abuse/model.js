// SPDX-License-Identifier: Apache-2.0
// A gradient-boosted tree model for "yes or no": read, checked, and evaluated. The trees are written as XGBoost's
// booster.get_dump(dump_format="json") writes them; README.md has the format.

const kMaxTrees = 500;
const kMaxNodes = 20_000;
const kMaxDepth = 32;

// The model does not say what it has to say; the message says where.
export class ModelError extends Error {}

// Nodes of all trees in flat arrays. A node's child is `yes` when the feature's value is below `limit`, `no` when it
// is not, `missing` when there is no value (NaN). A leaf has the feature -1, and its weight in `limit`.
export class Model {
  #roots = [];
  #feature = [];
  #limit = [];
  #yes = [];
  #no = [];
  #missing = [];
  #base;

  // `names`: of the features, in the order of the vectors that evaluate() takes.
  constructor(json, names) {
    const model = parse(json);
    if (model.version !== 1) throw new ModelError(`version is ${JSON.stringify(model.version)}; allowed is 1`);
    this.threshold = probability(model.threshold, "threshold");
    const base = probability(model.base_score, "base_score");
    this.#base = Math.log(base / (1 - base));
    if (!Array.isArray(model.trees) || model.trees.length === 0 || model.trees.length > kMaxTrees) {
      throw new ModelError(`trees has to be an array of 1 to ${kMaxTrees} trees`);
    }
    model.trees.forEach((tree, i) => this.#roots.push(this.#add(tree, names, `trees[${i}]`, 0)));
  }

  // The probability that the answer is yes. `values`: a number for each feature, NaN where it is missing.
  evaluate(values) {
    let margin = this.#base;
    for (const root of this.#roots) {
      let node = root;
      for (let feature = this.#feature[node]; feature >= 0; feature = this.#feature[node]) {
        // Values are compared as the 32-bit floats that the model was trained with.
        const value = Math.fround(values[feature]);
        if (Number.isNaN(value)) node = this.#missing[node];
        else node = value < this.#limit[node] ? this.#yes[node] : this.#no[node];
      }
      margin += this.#limit[node];
    }
    return 1 / (1 + Math.exp(-margin));
  }

  #add(node, names, where, depth) {
    if (typeof node !== "object" || node === null) throw new ModelError(`${where} is not an object`);
    if (depth > kMaxDepth) throw new ModelError(`${where} is deeper than ${kMaxDepth}`);
    if (this.#feature.length >= kMaxNodes) throw new ModelError(`there are more than ${kMaxNodes} nodes`);
    const at = this.#feature.push(-1) - 1;
    if (node.leaf !== undefined) {
      this.#limit[at] = number(node.leaf, `${where}.leaf`);
      return at;
    }
    const feature = names.indexOf(node.split);
    if (feature < 0) {
      throw new ModelError(`${where}.split is ${JSON.stringify(node.split)}; the features are ${names.join(", ")}`);
    }
    this.#feature[at] = feature;
    this.#limit[at] = Math.fround(number(node.split_condition, `${where}.split_condition`));
    const children = new Map();
    for (const [i, child] of (Array.isArray(node.children) ? node.children : []).entries()) {
      children.set(child?.nodeid, this.#add(child, names, `${where}.children[${i}]`, depth + 1));
    }
    for (const [name, target] of [["yes", this.#yes], ["no", this.#no], ["missing", this.#missing]]) {
      if (!children.has(node[name])) throw new ModelError(`${where}.${name} is not the nodeid of one of its children`);
      target[at] = children.get(node[name]);
    }
    return at;
  }
}

function parse(json) {
  let model;
  try {
    model = JSON.parse(json);
  } catch (error) {
    throw new ModelError(`it is not JSON: ${error.message}`);
  }
  if (typeof model !== "object" || model === null) throw new ModelError("it is not an object");
  return model;
}

function number(value, where) {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new ModelError(`${where} is ${JSON.stringify(value)}; allowed is a number`);
}

function probability(value, where) {
  if (number(value, where) > 0 && value < 1) return value;
  throw new ModelError(`${where} is ${value}; allowed is a number between 0 and 1`);
}

// ------------------------------------------------------------------------------------------------ out of KV

const kFreshMs = 60_000;

let current = { text: null, model: null, checkedAt: -Infinity };

// The model under the key "model", looked at again each minute. One that is broken changes nothing: the last good one
// is used on. Null when there has been none.
export async function loadModel(kv, names) {
  const age = Date.now() - current.checkedAt;
  if (age >= 0 && age < kFreshMs) return current.model;
  const text = await kv.get("model");
  let { model } = current;
  if (text === null) {
    console.error('There is no model in KV: put it there with "sedge kv key put model --path model.json"');
    model = null;
  } else if (text !== current.text) {
    try {
      model = new Model(text, names);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      console.error(`The model in KV is broken: ${error.message}`);
    }
  }
  current = { text, model, checkedAt: Date.now() };
  return model;
}
