"""Public holidays that the library of holidays names in English, but not in every language of this house.

A town in another country adds its own here; a holiday that nobody translated is shown by its English name.
"""

from locales.catalogue import N_

PORTUGAL = (
    N_("New Year's Day"),
    N_("Good Friday"),
    N_("Easter Sunday"),
    N_("Freedom Day"),
    N_("Labor Day"),
    N_("Corpus Christi"),
    N_("Day of Portugal, Camões, and the Portuguese Communities"),
    N_("Assumption Day"),
    N_("Republic Day"),
    N_("All Saints' Day"),
    N_("Restoration of Independence Day"),
    N_("Immaculate Conception"),
    N_("Christmas Day"),
)
