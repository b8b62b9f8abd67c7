"""What ends a command before it could do its work, told in a sentence instead of a traceback."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

FAILED = 1
DEBUG = "HEZHENG_DEBUG"


class Commands(TyperGroup):
    """A group whose commands end with status 1 and a sentence where they fail; with HEZHENG_DEBUG=1 the traceback is shown."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:  # the edge of the program
            if hasattr(error, "exit_code"):
                raise  # a wrong option or argument, which typer tells by itself
            if os.environ.get(DEBUG) or (isinstance(error, OSError) and error.errno == errno.EPIPE):
                raise
            for line in explained(error):
                typer.echo(line, err=True)
            raise typer.Exit(FAILED) from error


def explained(error: Exception) -> Sequence[str]:
    """What went wrong and what to do, a line each."""
    from pydantic import ValidationError

    from services.domain.errors import HezhengError

    if isinstance(error, HezhengError):
        return [f"{error.message.zh} / {error.message.en}"]
    if isinstance(error, ValidationError):
        return [
            f"设置有误 a setting is wrong: HEZHENG_{'_'.join(map(str, problem['loc'])).upper()}={problem['input']!r}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        ]
    if isinstance(error, OSError) and error.filename is not None:
        why = f"{error.filename} ({error.strerror})"
        return [f"无法读写 {why}；请检查路径、权限和磁盘空间 / cannot read or write {why}; check the path, its permissions and the disk's space"]
    return [
        f"内部错误 internal failure: {type(error).__name__}: {(str(error).splitlines() or [''])[0][:500]}",
        f"  设置 {DEBUG}=1 后重试可查看详情 / run again with {DEBUG}=1 for the details",
    ]
