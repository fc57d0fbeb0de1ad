// SPDX-License-Identifier: Apache-2.0
// The Data Center API: /data-centers and /data-centers/ID over the namespace DATA_CENTERS.

import { Collection } from "../shared/collection.js";
import { HttpError, answer } from "../shared/http.js";
import { kDataCenter } from "../shared/schema.js";

const kPath = /^\/data-centers((?:\/[^/]+)?)$/;

export default {
  fetch(request, env) {
    return answer(request, () => {
      const { pathname } = new URL(request.url);
      const match = kPath.exec(pathname);
      if (match === null) throw new HttpError(404, `there is nothing at ${pathname}; see /data-centers`);
      const options = { kv: env.DATA_CENTERS, schema: kDataCenter, path: "/data-centers" };
      return new Collection(request, options).respond(match[1]);
    });
  },
};
