-- Each service has a database of its own; none can read another's. Run once, by the image.
\getenv password HUIKUAN_DB_PASSWORD
create role ledger login password :'password';
create role promises login password :'password';
create role notifier login password :'password';
create database ledger owner ledger;
create database promises owner promises;
create database notifier owner notifier;
revoke connect on database ledger, promises, notifier from public;
