"""A service waits for a database that is away; a command says at once that it is."""

import pytest
from sqlalchemy.exc import OperationalError

from services.adapters import store as module
from services.adapters.settings import Settings
from services.adapters.store import await_store


def test_a_database_that_is_starting_is_waited_for(tmp_path, monkeypatch):
    real, tries = module.open_store, []

    def opened(settings):
        tries.append(settings)
        if len(tries) < 3:
            raise OperationalError("connect", None, Exception("the database system is starting up"))
        return real(settings)

    monkeypatch.setattr(module, "open_store", opened)
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    await_store(Settings(data_dir=tmp_path)).close()
    assert len(tries) == 3


def test_it_is_not_waited_for_without_end(tmp_path, monkeypatch):
    def away(settings):
        raise OperationalError("connect", None, Exception("connection refused"))

    monkeypatch.setattr(module, "open_store", away)
    with pytest.raises(OperationalError):
        await_store(Settings(data_dir=tmp_path), within_seconds=-1)
