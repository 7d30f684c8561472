from huikuan.eventlog.migrate import run

run()
