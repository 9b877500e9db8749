"""From files as they are handed out to a stream of reports and of records that were refused."""
