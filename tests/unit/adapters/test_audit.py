"""The log: whoever alters, removes or inserts an entry without the key is found out, and where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from services.adapters.repository import tables as t
from services.adapters.store import Store


def written(store: Store, count: int = 5) -> None:
    for i in range(count):
        store.repository.add_access("usr_1", "王审核", "claim", f"clm_{i}", f"{i}")


def test_an_untouched_log_is_sound(store: Store) -> None:
    assert store.repository.check_audit() == (0, None)
    written(store)
    assert store.repository.check_audit() == (5, None)
    assert [a.detail for a in store.repository.accesses("clm_3")] == ["3"]


def alter(connection: Connection) -> None:
    connection.execute(update(t.accesses).where(t.accesses.c.number == 3).values(name="别人"))


def remove(connection: Connection) -> None:
    connection.execute(delete(t.accesses).where(t.accesses.c.number == 3))


def remove_and_renumber(connection: Connection) -> None:
    connection.execute(delete(t.accesses).where(t.accesses.c.number == 3))
    for number in (4, 5):
        connection.execute(update(t.accesses).where(t.accesses.c.number == number).values(number=number - 1))


def repeat(connection: Connection) -> None:
    row = connection.execute(select(t.accesses).where(t.accesses.c.number == 3)).one()
    values = {k: v for k, v in row._mapping.items() if k != "seq"}
    for number in (5, 4):
        connection.execute(update(t.accesses).where(t.accesses.c.number == number).values(number=number + 1))
    connection.execute(insert(t.accesses).values(**{**values, "number": 4}))


def cut(connection: Connection) -> None:
    connection.execute(delete(t.accesses).where(t.accesses.c.number >= 4))


def cut_with_its_head(connection: Connection) -> None:
    cut(connection)
    last = connection.execute(select(t.accesses.c.mac).where(t.accesses.c.number == 3)).scalar()
    connection.execute(update(t.audit_head).values(entries=3, mac=last))


@pytest.mark.parametrize(
    ("tamper", "kind", "number", "sound"),
    [
        (alter, "altered", 3, 2),
        (remove, "missing", 3, 2),
        (remove_and_renumber, "altered", 3, 2),
        (repeat, "altered", 4, 3),
        (cut, "cut", 4, 3),
        (cut_with_its_head, "altered", 3, 3),
    ],
)
def test_the_first_place_that_was_touched_is_named(store: Store, tamper: Callable[[Connection], None], kind: str, number: int, sound: int) -> None:
    written(store)
    with store.database.writing() as connection:
        tamper(connection)
    found, broken = store.repository.check_audit()
    assert broken is not None
    assert (broken.kind, broken.number, found) == (kind, number, sound)


def test_an_entry_is_written_with_its_cause_or_not_at_all(store: Store) -> None:
    written(store, 2)
    with pytest.raises(RuntimeError), store.repository.transaction():
        store.repository.add_access("usr_1", "王审核", "claim", "clm_9")
        raise RuntimeError
    written(store, 1)
    assert store.repository.check_audit() == (3, None)
    assert store.repository.accesses("clm_9") == []
