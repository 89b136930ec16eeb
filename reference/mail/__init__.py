"""Mail: what is waiting in the store goes out by SMTP, once, however often it has to be tried."""
