// SPDX-License-Identifier: Apache-2.0
// A note, and what of a request's body becomes one.

export interface Note {
  title: string;
  text: string;
  tags: string[];
  createdAt: string;
  updatedAt: string;
}

export type NoteInput = Pick<Note, "title" | "text" | "tags">;

export interface Problem {
  field: string;
  allowed: string;
}

const kMaxTitle = 100;
const kMaxText = 20_000;
const kMaxTags = 10;
const kTag = /^[a-z0-9-]{1,30}$/;

// The note, or everything that is wrong with it.
export function parseNote(input: unknown): NoteInput | Problem[] {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return [{ field: "", allowed: 'an object such as {"title":"Milk","text":"Two litres","tags":["shop"]}' }];
  }
  const { title, text = "", tags = [] } = input as Record<string, unknown>;
  const problems: Problem[] = [];
  if (typeof title !== "string" || title.trim() === "" || title.length > kMaxTitle) {
    problems.push({ field: "title", allowed: `a text of 1 to ${kMaxTitle} characters` });
  }
  if (typeof text !== "string" || text.length > kMaxText) {
    problems.push({ field: "text", allowed: `a text of up to ${kMaxText} characters` });
  }
  const isTags = Array.isArray(tags) && tags.length <= kMaxTags &&
    tags.every((tag) => typeof tag === "string" && kTag.test(tag));
  if (!isTags) problems.push({ field: "tags", allowed: `up to ${kMaxTags} of a-z, 0-9 and -, of up to 30 characters` });
  if (problems.length > 0) return problems;
  return { title: (title as string).trim(), text: text as string, tags: [...new Set(tags as string[])] };
}
