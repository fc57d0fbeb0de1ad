// SPDX-License-Identifier: Apache-2.0
// Greets whom it has a greeting for.
export default {
  async fetch(request, env) {
    const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
    const greeting = await env.GREETINGS.get(name);
    if (greeting !== null) return new Response(greeting);
    console.log(`nobody knows ${name}`);
    return new Response("Who?", { status: 404 });
  },
};
