using Npgsql;
using NpgsqlTypes;

namespace SessionService.Infrastructure.Persistence;

/// <summary>The value of a parameter. Plain values convert by themselves; JSON, other nulls and columns of rows name their type.</summary>
internal readonly struct SqlValue
{
    private SqlValue(NpgsqlParameter parameter) => Parameter = parameter;

    public NpgsqlParameter Parameter { get; }

    public static implicit operator SqlValue(string? value) =>
        new(new NpgsqlParameter<string?> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text });

    public static implicit operator SqlValue(Guid value) => new(new NpgsqlParameter<Guid> { TypedValue = value });

    public static implicit operator SqlValue(bool value) => new(new NpgsqlParameter<bool> { TypedValue = value });

    public static implicit operator SqlValue(short value) => new(new NpgsqlParameter<short> { TypedValue = value });

    public static implicit operator SqlValue(int value) => new(new NpgsqlParameter<int> { TypedValue = value });

    public static implicit operator SqlValue(long value) => new(new NpgsqlParameter<long> { TypedValue = value });

    public static implicit operator SqlValue(decimal value) => new(new NpgsqlParameter<decimal> { TypedValue = value });

    public static implicit operator SqlValue(DateTimeOffset value) => new(new NpgsqlParameter<DateTimeOffset> { TypedValue = value });

    public static implicit operator SqlValue(byte[]? value) =>
        new(new NpgsqlParameter<byte[]?> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea });

    public static implicit operator SqlValue(Guid? value) => Of(value, NpgsqlDbType.Uuid);

    public static implicit operator SqlValue(long? value) => Of(value, NpgsqlDbType.Bigint);

    public static implicit operator SqlValue(DateTimeOffset? value) => Of(value, NpgsqlDbType.TimestampTz);

    public static implicit operator SqlValue(string[] value) => new(new NpgsqlParameter<string[]> { TypedValue = value });

    public static implicit operator SqlValue(Guid[] value) => new(new NpgsqlParameter<Guid[]> { TypedValue = value });

    public static implicit operator SqlValue(int[] value) => new(new NpgsqlParameter<int[]> { TypedValue = value });

    public static implicit operator SqlValue(long[] value) => new(new NpgsqlParameter<long[]> { TypedValue = value });

    /// <summary>Ranges as <c>int8multirange</c>.</summary>
    public static SqlValue Ranges(NpgsqlRange<long>[]? ranges) => Of(ranges, NpgsqlDbType.BigIntMultirange);

    /// <summary>A JSON text as <c>jsonb</c>.</summary>
    public static SqlValue Json(string? text) => new(new NpgsqlParameter<string?> { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Jsonb });

    /// <summary>A value, or null, of a type that the value does not tell by itself.</summary>
    public static SqlValue Of(object? value, NpgsqlDbType type) =>
        new(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    /// <summary>One column of several rows, for a statement that unnests arrays.</summary>
    public static SqlValue Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value, NpgsqlDbType type)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return new(new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
