"""WHAT WAS PROMISED: takes promises down, follows what came of them, says how each ended."""
