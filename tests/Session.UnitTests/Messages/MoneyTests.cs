using SessionService.Domain.Messages;

namespace SessionService.UnitTests.Messages;

public sealed class MoneyTests
{
    public static TheoryData<decimal, decimal> Amounts() => new()
    {
        { 0m, 0m },
        { 0.0000000001m, 0.0000000001m },
        { 0.00000000005m, 0.0000000001m },
        { 0.00000000004999m, 0m },
        { 0.00000000015m, 0.0000000002m },
        { 0.00000000025m, 0.0000000003m },
        { 9_999_999_999.9999999999m, 9_999_999_999.9999999999m },
    };

    // PostgreSQL rounds halves away from zero, where .NET would take the even neighbour.
    [Theory]
    [MemberData(nameof(Amounts))]
    public void Money_is_rounded_as_the_database_rounds_it(decimal given, decimal stored)
    {
        Assert.Equal(stored, Money.Round(given));
    }

    [Fact]
    public void The_largest_amount_fills_the_column()
    {
        Assert.Equal(Money.Max, Money.Round(Money.Max));
        Assert.Equal(20 - Money.FractionDigits, decimal.Truncate(Money.Max).ToString().Length);
    }
}
