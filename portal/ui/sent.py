"""A form that is sent as soon as it has something to send: where a page of scripts meets an answer over plain HTTP."""

from __future__ import annotations

import reflex as rx
from reflex_base.vars import VarData

_SEND = """
const sending = useRef({full});
useEffect(() => {{
  const form = document.getElementById("{name}");
  if (!form || !({full}) || sending.current === ({full})) return;
  sending.current = ({full});
  form.requestSubmit();
}}, [{full}]);
"""


class SentWhenFull(rx.Fragment):
    """Draws nothing. Once `full` is not "", the form with this `form` id is sent, once for each value; not for what was there when
    the page was drawn, which another page of this tab has sent.
    """

    form: str
    full: rx.Var[str]

    def _exclude_props(self) -> list[str]:
        return ["form", "full"]

    def add_imports(self) -> dict:
        return {"react": ["useEffect", "useRef"]}

    def add_hooks(self) -> list[str | rx.Var]:
        code = _SEND.format(name=self.form, full=str(self.full))
        return [rx.Var(code, _var_data=VarData.merge(self.full._get_all_var_data()))]

    def _render(self, props=None):
        return super()._render({})


sent_when_full = SentWhenFull.create
