"""The worker: reads evidence, matches it to people and sessions, judges it by the policy."""
