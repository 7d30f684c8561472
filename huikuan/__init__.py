"""Huikuan (回款): the language and the machinery that all services share."""
