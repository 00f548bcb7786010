using Npgsql;
using NpgsqlTypes;

namespace SessionService.Infrastructure.Persistence;

/// <summary>One column of a group of writes, as the parameter that a statement unnests.</summary>
internal static class ArrayParameter
{
    public static NpgsqlParameter<TValue[]> Of<TWrite, TValue>(IReadOnlyList<TWrite> writes, Func<TWrite, TValue> value, NpgsqlDbType type)
    {
        var values = new TValue[writes.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(writes[i]);
        }

        return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
