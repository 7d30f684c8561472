"""Why a guard holds a step that hurts: the reasons that its words carry."""

MASS = "mass_escalation"
"""Too many would have been hurt at once: sooner a file is wrong than so many debtors."""

OBJECTIONS = frozenset({MASS})
