using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SessionService.Client;

/// <summary>
/// A field of a patch: not given (the default), so that it stays as it is, or given, where <see langword="null"/> removes it. A value
/// converts by itself: <c>Title = "Istria"</c>.
/// </summary>
public readonly struct Optional<T> : IEquatable<Optional<T>>
{
    /// <summary>A field that is given.</summary>
    public Optional(T? value)
    {
        Value = value;
        IsGiven = true;
    }

    /// <summary>Whether the field is given.</summary>
    public bool IsGiven { get; }

    /// <summary>What is given; <see langword="null"/> removes the field.</summary>
    public T? Value { get; }

    /// <summary>A field that is given.</summary>
    [SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "The constructor is the alternate.")]
    public static implicit operator Optional<T>(T? value) => new(value);

    /// <summary>Whether both are given with equal values, or neither is given.</summary>
    public static bool operator ==(Optional<T> left, Optional<T> right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(Optional<T> left, Optional<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Optional<T> other) => IsGiven == other.IsGiven && EqualityComparer<T?>.Default.Equals(Value, other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Optional<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsGiven, Value);
}

internal sealed class OptionalConverter<T> : JsonConverter<Optional<T>>
{
    public override bool HandleNull => true;

    public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonSerializer.Deserialize(ref reader, TypeInfo(options)));

    public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options)
    {
        if (value.Value is { } given)
        {
            JsonSerializer.Serialize(writer, given, TypeInfo(options));
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static JsonTypeInfo<T> TypeInfo(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
