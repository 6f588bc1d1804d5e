"""What people do beside flying: control, alarms, response plans and tasks."""
