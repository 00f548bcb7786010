using System.Text;
using SessionService.Application.Json;

namespace SessionService.UnitTests.Json;

public sealed class MergePatchTests
{
    // The examples of RFC 7396, appendix A, that have an object on both sides; and numbers, letters, and names that stand twice.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"a":1.10}""", """{"b":2e5}""", """{"a":1.10,"b":2e5}""")]
    [InlineData("""{"a": ["<é日本😀>", {"b": 1}]}""", """{"é":"日"}""", """{"a":["<é日本😀>",{"b":1}],"é":"日"}""")]
    [InlineData("""{"a":1,"a":2}""", """{"b":3,"b":4}""", """{"a":2,"b":4}""")]
    public void Objects_are_merged_nulls_remove_and_anything_else_replaces(string target, string patch, string merged)
    {
        Assert.Equal(merged, Encoding.UTF8.GetString(MergePatch.Apply(target, patch)));
    }
}
