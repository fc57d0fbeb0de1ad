// SPDX-License-Identifier: Apache-2.0
// The page, in one of its themes. A third theme is one more line in kThemes and a weight in wrangler.jsonc.

const kThemes = {
  light: "color-scheme: light; --paper: #fbfaf7; --ink: #1d2733; --accent: #0b6bcb; --on-accent: #ffffff;",
  dark: "color-scheme: dark; --paper: #14181f; --ink: #e6e9ee; --accent: #7cc0ff; --on-accent: #0c1117;",
};

export const kThemeNames = Object.keys(kThemes);

export function renderPage(theme) {
  return `<!doctype html>
<html lang="en" data-theme="${theme}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Night or day</title>
<style>
  html { ${kThemes[theme]} background: var(--paper); color: var(--ink); }
  body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1.5rem; }
  button { font: inherit; padding: .5em 1.4em; border: 0; border-radius: .4em; cursor: pointer;
           background: var(--accent); color: var(--on-accent); }
</style>
<h1>Night or day</h1>
<p>You see the ${theme} theme of this page, now and whenever you come back.</p>
<form method="post" action="/sign-up"><button>Sign up</button></form>
</html>
`;
}
