"""How many decimals a currency has (ISO 4217). A frozen table: no rule may depend on a locale.

Withdrawn codes of the last fifteen years are kept, because imports of history name them.
Codes without a minor unit (gold, test codes) are not money that anybody owes.
"""

_DECIMALS_2 = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP
GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP
LKR LRD LSL LTL LVL MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD
SSP STD STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VEF VES WST XCD
XCG YER ZAR ZMK ZMW ZWG ZWL
"""
_DECIMALS_0 = "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_DECIMALS_3 = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS_4 = "CLF UYW"

DECIMALS: dict[str, int] = {
    code: decimals
    for decimals, codes in enumerate((_DECIMALS_0, "", _DECIMALS_2, _DECIMALS_3, _DECIMALS_4))
    for code in codes.split()
}
"""Decimals per currency code: ``DECIMALS["CNY"] == 2``."""


class UnknownCurrencyError(LookupError):
    """ISO 4217 has no such currency, or it has no minor unit."""


def decimals_of(currency: str) -> int:
    """How many decimals amounts of this currency have; raises ``UnknownCurrencyError``."""
    try:
        return DECIMALS[currency]
    except KeyError:
        raise UnknownCurrencyError(currency) from None
