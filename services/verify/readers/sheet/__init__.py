"""Sign-in sheets: page -> tables -> cells."""
