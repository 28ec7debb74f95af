"""The document around every page: its language and direction, its styles, and a socket to whoever served it.

Reflex writes `<html lang>` once for the whole site, loads the styles from a file and bakes the server's address into the
build. All are patched while compiling; each patch checks that it found its place, so an upgrade of Reflex fails loudly.
"""

from __future__ import annotations

import json

from reflex_base.plugins import Plugin

from locales.catalogue import LANGUAGES, SOURCE, direction


class DocumentPlugin(Plugin):
    def pre_compile(self, **context) -> None:
        context["add_modify_task"]("app/_document.js", speak_the_language_of_the_address)
        context["add_modify_task"]("app/_document.js", bring_the_styles_along)
        context["add_modify_task"]("utils/state.js", talk_to_the_origin)


def speak_the_language_of_the_address(source: str) -> str:
    """`<html lang dir>` follow the first segment of the path, prerendered and after client navigation."""
    directions = {language: direction(language) for language in LANGUAGES}
    source = replaced(source, "Meta,Scripts,ScrollRestoration}", "Meta,Scripts,ScrollRestoration,useLocation}")
    source = replaced(
        source,
        "export function Layout({children}) {\n",
        f"const DIRECTIONS = {json.dumps(directions)};\n"
        "export function Layout({children}) {\n"
        "  const first = useLocation().pathname.split('/')[1];\n"
        f"  const lang = first in DIRECTIONS ? first : {json.dumps(SOURCE)};\n"
        "  const dir = DIRECTIONS[lang];\n",
    )
    return replaced(source, 'jsx("html",{lang:"en",', 'jsx("html",{lang,dir,')


def bring_the_styles_along(source: str) -> str:
    """The styles stand in the page: nothing has to be fetched before the first text is seen.

    React finds them where they are; the scripts don't carry them a second time.
    """
    source = replaced(source, "/__reflex_global_styles.css?url", "/__reflex_global_styles.css?inline")
    source = replaced(
        source,
        "export function Layout({children}) {\n",
        "const STYLES = import.meta.env.SSR ? reflexGlobalStyles : document.getElementById('styles')?.textContent;\n"
        "export function Layout({children}) {\n",
    )
    return replaced(
        source,
        'jsx("link",{as:"style",href:reflexGlobalStyles,rel:"preload"},),'
        'jsx("link",{href:reflexGlobalStyles,rel:"stylesheet",type:"text/css"},)',
        'jsx("style",{id:"styles",dangerouslySetInnerHTML:{__html:STYLES}})',
    )


def talk_to_the_origin(source: str) -> str:
    """The page's socket goes to whatever host and port served the page: one build runs anywhere."""
    source = replaced(source, "endpoint.hostname = frontend_hostname;", "endpoint.host = window.location.host;")
    return replaced(source, 'endpoint.port = "";', "// The port stays the one that served the page.")


def replaced(source: str, old: str, new: str) -> str:
    if new in source:
        return source
    if old not in source:
        raise RuntimeError(f"Reflex's template changed: {old!r} is no longer in it")
    return source.replace(old, new, 1)
