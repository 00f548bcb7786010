using System.Text;
using SessionService.Application.Json;

namespace SessionService.UnitTests.Json;

public sealed class StoredJsonTests
{
    [Theory]
    [InlineData("""{"a": 1, "b": [1, 2, {"c": null}]}""", """{"a":1,"b":[1,2,{"c":null}]}""")]
    [InlineData("""{"a b": " c , d: ", "é": "日 本"}""", """{"a b":" c , d: ","é":"日 本"}""")]
    [InlineData("""{"a\" b": "c\\", "d": "\\\" e"}""", """{"a\" b":"c\\","d":"\\\" e"}""")]
    public void Only_the_blanks_between_values_are_left_out(string stored, string expected)
    {
        Assert.Equal(expected, Encoding.UTF8.GetString(StoredJson.WithoutBlanks(stored)));
    }
}
