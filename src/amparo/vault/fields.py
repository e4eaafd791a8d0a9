"""The one field type of personal data."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from amparo.vault.rules import KeyKind, Place, Sealed, key_kind
from amparo.vocab.described import Privacy

if TYPE_CHECKING:
    from uuid import UUID

    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field


class SealedAttribute(DeferredAttribute):
    """Gives a `Sealed` on reading; takes a `Sealed` on writing."""

    field: VaultField

    def __get__(self, instance: Any, cls: type | None = None) -> Any:
        if instance is None:
            return self
        return Sealed(super().__get__(instance, cls), place=self.field.place_in(instance))

    def __set__(self, instance: Any, value: Sealed | bytes | None) -> None:
        if value is not None and not isinstance(value, Sealed | bytes):
            raise TypeError(f"{self.field.name} is sealed: seal the value for its place first.")
        instance.__dict__[self.field.attname] = value.content if isinstance(value, Sealed) else value


class VaultField(AnyField):
    """Hold what is personal about one person: a mapping, sealed before it is stored.

    `person` names the attribute of the row that holds the person's id; `holds` names the attributes of the described
    record that are packed here; `is_label` marks what she is called, which lists open. The content cannot be filtered,
    ordered or grouped by: what is to be searched needs a coded column or a blind token.
    """

    descriptor_class = SealedAttribute

    def __init__(
        self,
        *,
        privacy: Privacy = Privacy.IDENTITY,
        person: str = "person_id",
        holds: tuple[str, ...] = (),
        is_label: bool = False,
        **options: Any,
    ) -> None:
        self.privacy = privacy
        self.person = person
        self.holds = holds
        self.is_label = is_label
        super().__init__(**options)

    @property
    def described(self) -> VaultField:
        """Return the field of the live row: columns of history tables are made from the database side of a field only."""
        tracked = getattr(self.model, "pgh_tracked_model", None)
        return self if tracked is None else tracked._meta.get_field(self.name)

    @property
    def key_kind(self) -> KeyKind:
        """Tell which of the person's keys seals this column."""
        return key_kind(self.described.privacy, is_label=self.described.is_label)

    @cached_property
    def _stands(self) -> tuple[str, str, KeyKind]:
        """What is the same for all rows; thousands of places are made in one search."""
        live = self.described
        return live.model._meta.db_table, live.attname, self.key_kind

    def place(self, *, row: UUID, person: UUID) -> Place:
        """Say where a value of this column stands. What the history keeps was sealed for the live row."""
        table, column, kind = self._stands
        return Place(table, column, row, person, kind)

    def place_in(self, instance: models.Model) -> Place:
        """Say where the value of this row stands."""
        row = getattr(instance, "pgh_obj_id", None) or instance.pk
        person = row if self.described.person == "id" else getattr(instance, self.described.person)
        return self.place(row=row, person=person)

    def db_type(self, connection: Any) -> str:
        """Store ciphertext as bytes."""
        return "bytea"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed:
        """Take the bytes as they are. Of a mere `values()`, where no place is known, nobody can open them."""
        return Sealed(None if value is None else bytes(value), place=None)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Write the bytes of the instance."""
        return model_instance.__dict__.get(self.attname)

    def get_prep_value(self, value: Any) -> bytes | None:
        """Take what is sealed, and refuse what is not: a clear value would be stored without its person."""
        if value is None or isinstance(value, bytes):
            return value
        if isinstance(value, Sealed):
            return value.content
        raise TypeError(f"{self.name} is sealed: write it through an instance of its model.")

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every comparison but `isnull`: nothing may depend on what is sealed."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
