"""The address bar: what a page was told on the way to it is said once, and not again to whoever reloads it or comes back."""

from __future__ import annotations

import reflex as rx
from reflex_base.vars import VarData

# The browser's own history, not the router's: nothing is opened anew. A moment later, because an impatient hand may have
# led here twice, and the second arrival must find the same address.
_FORGET = """
const arrival = useLocation().key;
useEffect(() => {{
  if (!({told}) || !window.location.search) return;
  const soon = setTimeout(() => history.replaceState(history.state, "", window.location.pathname), 300);
  return () => clearTimeout(soon);
}}, [{told}, arrival]);
"""


class SaidOnce(rx.Fragment):
    """Draws nothing. As soon as something has been `told`, the address loses its query, which had asked for it."""

    told: rx.Var[str]

    def _exclude_props(self) -> list[str]:
        return ["told"]

    def add_imports(self) -> dict:
        return {"react": ["useEffect"], "react-router": ["useLocation"]}

    def add_hooks(self) -> list[str | rx.Var]:
        return [rx.Var(_FORGET.format(told=str(self.told)), _var_data=VarData.merge(self.told._get_all_var_data()))]

    def _render(self, props=None):
        return super()._render({})


said_once = SaidOnce.create
