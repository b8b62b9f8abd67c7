"""People who log in, and their sessions."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, fingerprint, new_id, now
from services.adapters.repository.records import Session, User


def _user(row: Row[Any]) -> User:
    return User(row.id, row.login, row.name, row.role, row.password, row.subject, row.created_at, row.disabled_at)


class UserStore(Part):
    def create_user(self, login: str, role: str, *, name: str | None = None, password: str | None = None, subject: str | None = None) -> User:
        """`password`: its hash. Raises ValueError if the login or the subject is taken."""
        user = User(new_id("usr"), login, name or login, role, password, subject, now(), None)
        values = {"id": user.id, "login": login, "name": user.name, "role": role, "password": password, "subject": subject, "created_at": user.created_at}
        try:
            with self.database.writing() as connection:
                connection.execute(insert(t.users).values(**values))
        except IntegrityError as error:
            raise ValueError(f"there is a user {login} already") from error
        return user

    def user(self, user_id: str) -> User | None:
        return self._one(t.users.c.id == user_id)

    def user_by_login(self, untrusted_login: str) -> User | None:
        return self._one(t.users.c.login == untrusted_login.replace("\0", ""))

    def user_by_subject(self, subject: str) -> User | None:
        return self._one(t.users.c.subject == subject)

    def users(self) -> list[User]:
        with self.database.reading() as connection:
            return [_user(row) for row in connection.execute(select(t.users).order_by(t.users.c.login))]

    def change_user(self, user_id: str, **values: Any) -> None:
        """Set name, role, password, subject or disabled_at; ends the user's sessions, so that the change holds at once."""
        with self.database.writing() as connection:
            connection.execute(update(t.users).where(t.users.c.id == user_id).values(**values))
            connection.execute(delete(t.sessions).where(t.sessions.c.caller == user_id))

    def create_session(self, caller: str, seconds: float) -> str:
        """A new session's secret. Sessions that ran out are removed by the way."""
        secret, at = secrets.token_urlsafe(32), now()
        values = {"hash": fingerprint(secret), "caller": caller, "csrf": secrets.token_urlsafe(32), "created_at": at}
        with self.database.writing() as connection:
            connection.execute(delete(t.sessions).where(t.sessions.c.expires_at < at))
            connection.execute(insert(t.sessions).values(**values, expires_at=at + timedelta(seconds=seconds)))
        return secret

    def session(self, secret: str) -> Session | None:
        """None: unknown, ended or run out."""
        query = select(t.sessions).where(t.sessions.c.hash == fingerprint(secret), t.sessions.c.expires_at > now())
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Session(row.caller, row.csrf, row.expires_at)

    def end_session(self, secret: str) -> None:
        with self.database.writing() as connection:
            connection.execute(delete(t.sessions).where(t.sessions.c.hash == fingerprint(secret)))

    def _one(self, where: ColumnElement[bool]) -> User | None:
        with self.database.reading() as connection:
            row = connection.execute(select(t.users).where(where)).one_or_none()
        return None if row is None else _user(row)
