# Made by bootstrap/ in the same project.
bucket = "hesabu-staging-tfstate"
prefix = "hesabu"
