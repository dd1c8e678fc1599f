# Made by bootstrap/ in the same project.
bucket = "hesabu-prod-tfstate"
prefix = "hesabu"
