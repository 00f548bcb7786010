using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Messages.Packed;

namespace SessionService.IntegrationTests.Branches;

public sealed class BranchModelTests(BranchModelTests.Service service) : IClassFixture<BranchModelTests.Service>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_is_done_the_service_shows_what_a_list_in_memory_shows(int seed)
    {
        var random = new Random(seed);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var model = new BranchModel(user, session, random);
        await model.AppendAsync(15);
        for (var round = 0; round < 12; round++)
        {
            for (var step = 0; step < 6; step++)
            {
                await model.StepAsync();
            }

            switch (random.Next(3))
            {
                case 0:
                    await service.DigestAsync();
                    break;
                case 1:
                    // What is put away is packed as a whole.
                    (await user.PostAsync($"{session}/archive", "")).Is(200);
                    await service.PackAsync();
                    break;
            }

            await model.CheckAsync();
        }
    }

    /// <summary>Small segments, so that paths divide them.</summary>
    public sealed class Service : PackingFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
            [.. base.Settings, new("Packing:SegmentBytes", "4096")];
    }
}
