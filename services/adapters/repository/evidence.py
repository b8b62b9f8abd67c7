"""Evidence files of a claim, problems of its intake, and the facts read in files."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, func, insert, select, tuple_, update

from services.adapters import codec
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, new_id, now, upsert
from services.adapters.repository.claims import no_claim
from services.domain.case import FileProblem
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import Facts

_KEYS_A_QUERY = 200


class EvidenceStore(Part):
    def add_evidence(
        self, claim_id: str, file: EvidenceFile, *, name: str | None = None, same_bytes: bool = False, scan: str | None = None
    ) -> tuple[str, bool]:
        """Add a file to a claim: (evidence id, whether it is new). The same path with the same bytes is the same evidence.

        `name` is the file's name as it came, `scan` what a virus scanner said of it. With `same_bytes`, the same bytes of the same kind are the same evidence under any path.
        The same path with other bytes gets the next free path (`a (2).jpg`). Raises NotFound.
        """
        kind = None if file.kind is None else file.kind.value
        with self.database.writing() as connection:
            # The claim's row is the lock: two uploads of one file to one claim follow each other.
            if connection.execute(select(t.claims.c.id).where(t.claims.c.id == claim_id).with_for_update()).scalar() is None:
                raise no_claim(claim_id)
            rows = select(t.evidence.c.id, t.evidence.c.sha256).where(t.evidence.c.claim_id == claim_id)
            if same_bytes:
                same = connection.execute(rows.where(t.evidence.c.sha256 == file.sha256, t.evidence.c.kind == kind)).first()
                if same is not None:
                    return same.id, False
            path, number = file.path, 1
            while (taken := connection.execute(rows.where(t.evidence.c.path_key == self._path_key(claim_id, path))).one_or_none()) is not None:
                if taken.sha256 == file.sha256:
                    return taken.id, False
                number += 1
                stem, dot, extension = file.path.rpartition(".")
                path = f"{stem} ({number}).{extension}" if dot and "/" not in extension else f"{file.path} ({number})"
            evidence_id = new_id("ev")
            values = {"id": evidence_id, "claim_id": claim_id, "kind": kind, "sha256": file.sha256, "size": file.size, "media_type": file.media_type}
            body = self._seal(codec.dumps({"path": path, "name": name}), f"evidence/{claim_id}/{evidence_id}")
            connection.execute(insert(t.evidence).values(**values, path_key=self._path_key(claim_id, path), body=body, scan=scan, created_at=now()))
            self._touch(claim_id)
        return evidence_id, True

    def remove_evidence(self, claim_id: str, evidence_id: str) -> EvidenceFile | None:
        """Take a file out of a claim, with what was said of it at intake; its bytes stay in the store. None: it is not there."""
        with self.database.writing() as connection:
            file = self.evidence_by_id(claim_id, evidence_id)
            if file is None:
                return None
            connection.execute(delete(t.evidence).where(t.evidence.c.id == evidence_id))
            rows = connection.execute(select(t.intake_problems).where(t.intake_problems.c.claim_id == claim_id)).all()
            for row in rows:
                path = codec.loads_plain(self._open_bytes(row.body, f"intake_problems/{claim_id}"))["path"]
                if path == file.path or path.startswith(f"{file.path}/"):
                    connection.execute(delete(t.intake_problems).where(t.intake_problems.c.seq == row.seq))
            self._touch(claim_id)
        return file

    def scanned_evidence(self, claim_id: str) -> list[tuple[str, EvidenceFile, str]]:
        """The files of a claim in the order they came: id, file, and clean or not_scanned."""
        with self.database.reading() as connection:
            said = {row.id: row.scan for row in connection.execute(select(t.evidence.c.id, t.evidence.c.scan).where(t.evidence.c.claim_id == claim_id))}
        return [(id_, file, said.get(id_) or "not_scanned") for id_, file in self._files(claim_id)]

    def count_evidence(self, claim_id: str) -> tuple[int, int]:
        """How many files a claim has, and their bytes."""
        query = select(func.count(), func.coalesce(func.sum(t.evidence.c.size), 0)).where(t.evidence.c.claim_id == claim_id)
        with self.database.reading() as connection:
            row = connection.execute(query).one()
        return int(row[0]), int(row[1])

    def find_evidence(self, claim_id: str, sha256: str, kind: EvidenceKind | None) -> tuple[str, EvidenceFile] | None:
        """The first file of a claim with these bytes and of this kind, with its id (an archive has no kind)."""
        return next((f for f in self._files(claim_id, t.evidence.c.sha256 == sha256) if f[1].kind in (kind, None)), None)

    def evidence_by_id(self, claim_id: str, evidence_id: str) -> EvidenceFile | None:
        return next((file for _, file in self._files(claim_id, t.evidence.c.id == evidence_id)), None)

    def evidence(self, claim_id: str) -> list[EvidenceFile]:
        """The files of a claim, by path."""
        return sorted((file for _, file in self._files(claim_id)), key=lambda file: file.path)

    def evidence_with_ids(self, claim_id: str) -> list[tuple[str, EvidenceFile]]:
        """The files of a claim in the order they came, with their ids."""
        return self._files(claim_id)

    def add_intake_problem(self, claim_id: str, path: str, problem: FileProblem) -> None:
        """A file that was not taken in, and why."""
        body = self._seal(codec.dumps({"path": path, "problem": codec.to_plain(problem)}), f"intake_problems/{claim_id}")
        with self.database.writing() as connection:
            connection.execute(insert(t.intake_problems).values(claim_id=claim_id, body=body))

    def intake_problems(self, claim_id: str) -> tuple[tuple[str, FileProblem], ...]:
        with self.database.reading() as connection:
            query = select(t.intake_problems.c.body).where(t.intake_problems.c.claim_id == claim_id).order_by(t.intake_problems.c.seq)
            bodies = connection.execute(query).scalars().all()
        plain = [codec.loads_plain(self._open_bytes(body, f"intake_problems/{claim_id}")) for body in bodies]
        return tuple((p["path"], codec.from_plain(FileProblem, p["problem"])) for p in plain)

    def facts(self, sha256: str, reader: str, version: int) -> tuple[Facts | None, tuple[FileProblem, ...]] | None:
        """What that version of the reader saw in those bytes, with its problems; None: it has not read them yet."""
        return self.facts_of([(sha256, reader, version)]).get((sha256, reader, version))

    def facts_of(self, wanted: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str, int], tuple[Facts | None, tuple[FileProblem, ...]]]:
        """The same for many (content, reader, version) at once; those that are not there are left out."""
        c, keys = t.facts.c, list(dict.fromkeys(wanted))
        found: dict[tuple[str, str, int], tuple[Facts | None, tuple[FileProblem, ...]]] = {}
        with self.database.reading() as connection:
            for start in range(0, len(keys), _KEYS_A_QUERY):
                some = tuple_(c.sha256, c.reader, c.version).in_(keys[start : start + _KEYS_A_QUERY])
                for row in connection.execute(select(c.sha256, c.reader, c.version, c.body).where(some)):
                    key = (row.sha256, row.reader, row.version)
                    stored = codec.loads_plain(self._open_bytes(row.body, "facts/{}/{}/{}".format(*key)))
                    found[key] = (codec.facts_loads(stored["facts"]), tuple(codec.from_plain(FileProblem, p) for p in stored["problems"]))
        return found

    def put_facts(self, sha256: str, reader: str, version: int, facts: Facts | None, problems: tuple[FileProblem, ...] = ()) -> None:
        stored = {"facts": codec.facts_dumps(facts), "problems": [codec.to_plain(p) for p in problems]}
        body = self._seal(codec.dumps(stored), f"facts/{sha256}/{reader}/{version}")
        values = {"sha256": sha256, "reader": reader, "version": version, "body": body, "created_at": now()}
        with self.database.writing() as connection:
            upsert(connection, t.facts, ("sha256", "reader", "version"), values)

    def _files(self, claim_id: str, *where: ColumnElement[bool]) -> list[tuple[str, EvidenceFile]]:
        with self.database.reading() as connection:
            rows = connection.execute(select(t.evidence).where(t.evidence.c.claim_id == claim_id, *where).order_by(t.evidence.c.seq)).all()
        found = []
        for row in rows:
            path = codec.loads_plain(self._open_bytes(row.body, f"evidence/{claim_id}/{row.id}"))["path"]
            kind = None if row.kind is None else EvidenceKind(row.kind)
            found.append((row.id, EvidenceFile(path, kind, row.sha256, row.size, row.media_type)))
        return found

    def _touch(self, claim_id: str) -> None:
        with self.database.writing() as connection:
            connection.execute(update(t.claims).where(t.claims.c.id == claim_id).values(updated_at=now()))

    def _path_key(self, claim_id: str, path: str) -> str:
        return self._vault.blind_exact(f"{claim_id}/{path}")
