"""For whom a step is meant (适用范围)."""

from pydantic import Field, model_validator

from services.notifier.domain.condition import Names, Part


class Scope(Part):
    """For whom a step is meant; whoever is named by each that is given."""

    segment: Names | None = None
    tag: Names | None = None
    debtor: Names | None = None
    invoice: Names | None = Field(None, description="Only these invoices; needs `per: item`")

    @model_validator(mode="after")
    def _names_somebody(self) -> "Scope":
        if all(value is None for value in self.__dict__.values()):
            raise ValueError("names nobody; give a segment, tag, debtor or invoice, or no scope")
        return self
