-- Lines are taken out of blocks before others are, and what remains of several becomes one: `first` stays, so what is remembered
-- of a block is known to be of this version of it.
ALTER TABLE block ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
