"""Forecasts of daily money: a calendar model beside a seasonal average, with ranges measured by backtest."""
