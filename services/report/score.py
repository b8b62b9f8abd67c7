"""Score and verdict of a judged claim: reckoned in the domain, because batches compare them too."""

from services.domain.scoring import nobody_supported, score, verdict

__all__ = ["nobody_supported", "score", "verdict"]
