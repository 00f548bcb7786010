using System.Globalization;
using SessionService.Infrastructure.Messages;

namespace SessionService.UnitTests.Messages;

public sealed class WireNumericTests
{
    [Theory]
    [InlineData("0000000000000000", "0")]
    [InlineData("000000000000000A", "0")]
    [InlineData("0001FFFF0000000A0019", "0.0025")]
    [InlineData("0001FFFF4000000A0019", "-0.0025")]
    [InlineData("00010000000000000007", "7")]
    [InlineData("000300010000000400010929" + "1A85", "12345.6789")]
    [InlineData("0001FFFD0000000C0064", "0.0000000001")]
    [InlineData("000300000000000A000100000001", "1.00000001")]
    [InlineData("000400000000000C270F270F270F270F", "9999.999999999999")]
    public void A_number_is_read_without_padding(string hexadecimal, string expected)
    {
        Assert.True(WireNumeric.TryRead(Convert.FromHexString(hexadecimal), out var number));
        Assert.Equal(expected, number.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("00010001000000000001")]
    [InlineData("00000000C0000000")]
    [InlineData("00000000D0000000")]
    [InlineData("0005000100000008000100010001000100" + "01")]
    [InlineData("0001FFF9000000180001")]
    public void What_is_long_or_no_number_is_left_to_others(string hexadecimal) =>
        Assert.False(WireNumeric.TryRead(Convert.FromHexString(hexadecimal), out _));
}
