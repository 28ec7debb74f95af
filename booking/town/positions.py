"""Where each thing of a town file stands: the line of every key and list item, so that a mistake can be pointed at.

The standard library's TOML parser gives values without positions, tree-sitter's grammar positions without values; both
together give both. A place is a path such as `("services", 3, "bring", "pt", 0)`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import tree_sitter
import tree_sitter_toml

Place = tuple[str | int, ...]

_GRAMMAR = tree_sitter.Language(tree_sitter_toml.language())
_KEYS = ("bare_key", "quoted_key", "dotted_key")


@dataclass(frozen=True)
class Layout:
    """The line of each place in one text."""

    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """The line (from 1) of the thing itself, or of the nearest thing around it that is written in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def too_deep(source: bytes, most: int) -> int | None:
    """The line of the first thing nested deeper than `most` levels of brackets and dots, or None."""
    for depth, node in _walk(_tree(source)):
        if depth > 2 * most:  # the grammar has up to two nodes for one level: a table holds a pair, which holds a value
            return _line(node)
    return None


def first_stumble(source: bytes) -> int | None:
    """The line where the text first stops being TOML in the eyes of the grammar, or None."""
    stumbles = (_line(node) for _, node in _walk(_tree(source)) if node.is_error or node.is_missing)
    return next(stumbles, None)


def layout(source: bytes) -> Layout:
    """Find the line of every key and item of sound TOML that nests no deeper than `too_deep` allows."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    for node in _tree(source).named_children:
        if node.type == "pair":
            _note_pair(lines, (), node)
        elif node.type in ("table", "table_array_element"):
            _note_table(lines, counts, node)
    return Layout(lines)


def _note_table(lines: dict[Place, int], counts: dict[Place, int], node: tree_sitter.Node) -> None:
    header, *rest = (child for child in node.named_children if child.type != "comment")
    place = _inside_arrays(counts, _key_parts(header))
    if node.type == "table_array_element":
        counts[place] = counts.get(place, -1) + 1
        lines.setdefault(place, _line(node))
        place = (*place, counts[place])
    _note_parts(lines, (), place, _line(node))
    for pair in rest:
        _note_pair(lines, place, pair)


def _inside_arrays(counts: Mapping[Place, int], parts: list[str]) -> Place:
    """`[locations.x]` after `[[locations]]` means the newest location: put its index into the path."""
    place: Place = ()
    for part in parts:
        place = (*place, counts[place], part) if place in counts else (*place, part)
    return place


def _note_pair(lines: dict[Place, int], around: Place, pair: tree_sitter.Node) -> None:
    if pair.has_error:  # a newer TOML than the grammar knows: the things inside are then found by what is around them
        return
    key, value = (child for child in pair.named_children if child.type != "comment")
    place = (*around, *_key_parts(key))
    _note_parts(lines, around, place, _line(pair))
    _note_value(lines, place, value)


def _note_parts(lines: dict[Place, int], around: Place, place: Place, line: int) -> None:
    for length in range(len(around) + 1, len(place) + 1):
        lines.setdefault(place[:length], line)


def _note_value(lines: dict[Place, int], place: Place, value: tree_sitter.Node) -> None:
    inner = [child for child in value.named_children if child.type != "comment"]
    if value.type == "inline_table":
        for pair in inner:
            _note_pair(lines, place, pair)
    elif value.type == "array":
        for index, item in enumerate(inner):
            lines[(*place, index)] = _line(item)
            _note_value(lines, (*place, index), item)


def _key_parts(key: tree_sitter.Node) -> list[str]:
    if key.type == "dotted_key":
        return [part for child in key.named_children if child.type in _KEYS for part in _key_parts(child)]
    text = (key.text or b"").decode()
    return [text] if key.type == "bare_key" else list(tomllib.loads(f"{text} = 0"))


def _tree(source: bytes) -> tree_sitter.Node:
    return tree_sitter.Parser(_GRAMMAR).parse(source).root_node


def _walk(root: tree_sitter.Node) -> Iterator[tuple[int, tree_sitter.Node]]:
    """Every node with its depth, in order. A loop, because a hostile file nests deeper than Python can call."""
    cursor = root.walk()
    depth = 0
    while True:
        if cursor.node is not None:
            yield depth, cursor.node
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1


def _line(node: tree_sitter.Node) -> int:
    return node.start_point[0] + 1
