"""The two-way engine, driven as it ships: real engine, real store, apps in memory that misbehave on demand."""
