"""What isn't sent to the browser: parts of Reflex's scripts that these pages have no use for.

Each cut checks that it found its place, so an upgrade of Reflex fails loudly.
"""

from __future__ import annotations

from pathlib import Path

from reflex_base.plugins import Plugin

from portal.document import replaced

# Emotion turns `css=` into classes at run time. Our styles are classes already (assets/), and `css=` is refused.
_PLAIN_JSX = Path("utils/plain-jsx.js")
_PLAIN_JSX_SOURCE = """\
import { createElement } from "react";
export { Fragment } from "react";

export function jsx(type, props) {
  if (props && "css" in props) throw new Error("Style it with a class: style props are not in this build (portal/bundle.py)");
  return createElement.apply(undefined, arguments);
}
"""
_REFLEX_CHUNKS = """\
            {
              test: /env.json/,
              name: "reflex-env",
            },
"""
_ONE_CHUNK = """\
            {
              test: /[\\\\/](node_modules|utils)[\\\\/]|[\\\\/]env\\.json$/,
              name: "site",
            },
"""


class BundlePlugin(Plugin):
    def get_static_assets(self, **_context) -> list[tuple[Path, str]]:
        return [(_PLAIN_JSX, _PLAIN_JSX_SOURCE)]

    def pre_compile(self, **context) -> None:
        context["add_modify_task"]("vite.config.js", leave_emotion_out)
        context["add_modify_task"]("vite.config.js", put_together_what_every_page_needs)

    def post_build(self, **context) -> None:
        drop_second_copies(context["static_dir"])


def leave_emotion_out(source: str) -> str:
    """25 kB of scripts less to read, 7 kB less to load."""
    here = f'{{ find: "@emotion/react", replacement: fileURLToPath(new URL("./{_PLAIN_JSX}", import.meta.url)) }}'
    return replaced(source, "    alias: [\n", f"    alias: [\n      {here},\n")


def put_together_what_every_page_needs(source: str) -> str:
    """One file in place of six: fewer requests in the queue of a slow network, and it compresses better."""
    return replaced(source, _REFLEX_CHUNKS, _ONE_CHUNK)


def drop_second_copies(folder: Path) -> None:
    """Reflex writes each page twice, for servers that don't find `pt/book/index.html` by themselves. Ours does."""
    for page in folder.rglob("*.html"):
        if (page.with_suffix("") / "index.html").is_file():
            page.unlink()
