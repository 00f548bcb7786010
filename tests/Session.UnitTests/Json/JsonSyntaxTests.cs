using System.Text;
using System.Text.Json;
using SessionService.Api.Json;

namespace SessionService.UnitTests.Json;

public sealed class JsonSyntaxTests
{
    private const string Whole = """ {"a":[1,-0.5e+3,"x\"\u00e9\n",{}, [ ],null,true,false],"b":{"c":0}} """;

    // The framework's parser is the oracle: whatever is done to a text, both must agree.
    [Fact]
    public void A_text_is_JSON_where_the_parser_of_the_framework_takes_it()
    {
        var random = new Random(5);
        byte[] signs = [.. "{}[]\",:\\0123456789.eE+-truefalsn \t\n\u0001x"u8];
        for (var round = 0; round < 20_000; round++)
        {
            var text = Encoding.UTF8.GetBytes(Whole).ToList();
            for (var change = random.Next(3); change >= 0; change--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0:
                        text.RemoveAt(at);
                        break;

                    case 1:
                        text.Insert(at, signs[random.Next(signs.Length)]);
                        break;

                    default:
                        text[at] = signs[random.Next(signs.Length)];
                        break;
                }
            }

            byte[] json = [.. text];
            Assert.True(IsJson(json) == JsonSyntax.FindError(json) < 0, Encoding.UTF8.GetString(json));
        }
    }

    [Theory]
    [InlineData("x", 0)]
    [InlineData("", 0)]
    [InlineData("{\"a\":1,}", 7)]
    [InlineData("{\"a\":01}", 7)]
    [InlineData("[1 2]", 3)]
    [InlineData("{\"a\"", 4)]
    public void The_place_of_the_error_is_told(string json, int place) =>
        Assert.Equal(place, JsonSyntax.FindError(Encoding.UTF8.GetBytes(json)));

    private static bool IsJson(byte[] json)
    {
        try
        {
            JsonDocument.Parse(json).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
