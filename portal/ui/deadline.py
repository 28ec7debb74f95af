"""A time that runs out: something is said shortly before, and something else when it has."""

from __future__ import annotations

import reflex as rx
from reflex_base.vars import VarData
from reflex_base.vars.base import LiteralVar

NEAR = 120  # seconds before the end
LEAST, MOST = 1, 60  # seconds; it is said again after twice the last wait


class Deadline(rx.Fragment):
    """Draws nothing. `seconds` are counted from the moment the State sends them: `on_near` two minutes before the end, `on_over` at it.

    The count starts anew whenever either changes; without `since`, the words that say until when, nothing is counted.

    `until_answered`: as long as nothing changes, `on_over` is said again, more and more rarely, up to once a minute: an answer that was
    lost must not leave a page standing still.
    """

    seconds: rx.Var[int]
    since: rx.Var[str]
    until_answered: rx.Var[bool]

    on_near: rx.EventHandler[rx.event.no_args_event_spec]
    on_over: rx.EventHandler[rx.event.no_args_event_spec]

    def _exclude_props(self) -> list[str]:
        return ["seconds", "since", "until_answered", "on_near", "on_over"]

    def add_hooks(self) -> list[str | rx.Var]:
        near, over = (LiteralVar.create(self.event_triggers[name]) for name in ("on_near", "on_over"))
        again = LiteralVar.create(False) if self.until_answered is None else self.until_answered
        wait = f"""useEffect(() => {{
          if (!({self.since!s})) return;
          const left = ({self.seconds!s}) * 1000;
          const timers = [];
          const say = (wait) => {{
            timers[0] = setTimeout(() => {{
              ({over!s})();
              if ({again!s}) say(Math.min(Math.max(wait, {LEAST * 1000}) * 2, {MOST * 1000}));
            }}, wait);
          }};
          say(Math.max(left, 0));
          if (left > {NEAR * 1000}) timers.push(setTimeout(() => ({near!s})(), left - {NEAR * 1000}));
          return () => timers.forEach(clearTimeout);
        }}, [{self.since!s}, {self.seconds!s}])"""
        known = (part._get_all_var_data() for part in (self.seconds, self.since, near, over))
        return [rx.Var(wait, _var_data=VarData.merge(*known, VarData(imports={"react": "useEffect"})))]

    def _render(self, props=None):
        return super()._render({})


deadline = Deadline.create
