/** Patterns that reveal internals of the program, its files or its database. */
export const internals =
  /\bat \S+ \(|node_modules|file:\/\/|\.ts\b|\/src\/|sqlite|postgres|knex|select \w+ from|Error:|undefined|\[object/i;
