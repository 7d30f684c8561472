"""What `huikuan …` does, one module per command; imported only when the command is called."""
