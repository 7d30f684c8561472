"""The ledger: takes facts in, opens business days, says what is owed and since when."""
