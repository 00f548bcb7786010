using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>A word of the service. Not an enumeration: a newer service may send words that this version does not know.</summary>
internal interface IWord<TSelf>
    where TSelf : struct, IWord<TSelf>
{
    string Value { get; }

    static abstract TSelf Of(string word);
}

internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, IWord<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Of(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
