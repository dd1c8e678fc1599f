# Made by bootstrap/ in the same project.
bucket = "hesabu-dev-tfstate"
prefix = "hesabu"
