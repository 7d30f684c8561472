"""WHAT IS REBUILT: a debtor's account, from events, by pure functions."""
