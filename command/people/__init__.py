"""Who may work at the console, what each may do, and the record of what each did."""
