"""Labels that others mined from reports, read into the tables that training starts from."""
