"""The 22 Beacon indicators and the published values behind them."""
