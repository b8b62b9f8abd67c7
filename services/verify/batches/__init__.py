"""Batch re-verification: many claims judged anew from what was read before, with what changed and why."""

from __future__ import annotations

from services.verify.batches.running import checked, fail, give_up_slice, policy_version, run_slice, select_claims, settle, start

__all__ = ["checked", "fail", "give_up_slice", "policy_version", "run_slice", "select_claims", "settle", "start"]
